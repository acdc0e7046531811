/**
 * The address of a picture in a message, if it may be shown: from our own server only, as the page's security
 * policy says too. An address of somebody else's would tell them who looks, and could point anywhere.
 */
export function safeImage(address: string, page: string = location.href): string | null {
  try {
    const url = new URL(address, page)
    return url.origin === new URL(page).origin ? url.href : null
  } catch {
    return null
  }
}
