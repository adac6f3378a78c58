// Words for screen readers about things that change without a page load.
type Listener = (text: string) => void;
let listener: Listener = () => {};

export function announce(text: string) {
  listener(text);
}

export function onAnnounce(next: Listener): () => void {
  listener = next;
  return () => {
    listener = () => {};
  };
}
