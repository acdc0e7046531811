/** happy-dom draws nothing; the charts' library wants a drawing context all the same. */
const nothing = new Proxy(
  {},
  {
    get: (_, name) => (name === 'measureText' ? () => ({ width: 0 }) : () => ({ addColorStop: () => undefined })),
    set: () => true,
  },
)

HTMLCanvasElement.prototype.getContext = (() => nothing) as unknown as typeof HTMLCanvasElement.prototype.getContext
