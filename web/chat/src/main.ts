import { XiaoxunChat } from "./view/element";

if (customElements.get("xiaoxun-chat") === undefined) {
  customElements.define("xiaoxun-chat", XiaoxunChat);
}

export { XiaoxunChat };
