/** The demo page: the chat and nothing else, in the language of `?lang=`. */

import "./main";

const language = new URLSearchParams(location.search).get("lang");
if (language !== null && /^en\b/i.test(language)) {
  document.documentElement.lang = "en";
  document.title = "Xiaoxun · Customer service";
  document.querySelector("xiaoxun-chat")?.setAttribute("lang", "en");
}

// iOS lays its keyboard over the page instead of making the page smaller: follow what is visible.
// Pinching the page larger makes the visible part smaller as well; that must change nothing.
const visible = window.visualViewport;
if (visible !== null) {
  const fit = (): void => {
    if (Math.abs(visible.scale - 1) > 0.01) return;
    document.documentElement.style.setProperty("--visible-height", `${visible.height}px`);
    window.scrollTo(0, 0);
  };
  visible.addEventListener("resize", fit);
  fit();
}
