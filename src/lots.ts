interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a function that takes one thing and settles as the `send` does that carried it. What comes while one `send` is
 * under way is sent together after it: in a burst one way to the store and back serves many, and each waits for two at most.
 */
export function sendInLots<Item>(
  send: (items: readonly Item[]) => Promise<void>,
): (item: Item) => Promise<void> {
  const waiting: Waiting<Item>[] = [];
  let busy = false;

  const sendAll = async () => {
    if (busy || waiting.length === 0) return;
    busy = true;
    const lot = waiting.splice(0);
    try {
      await send(lot.map(({ item }) => item));
      for (const { resolve } of lot) resolve();
    } catch (error) {
      for (const { reject } of lot) reject(error);
    } finally {
      busy = false;
      sendSoon();
    }
  };
  // Behind what this turn of the event loop still reads, which so goes along.
  const sendSoon = () => setImmediate(() => void sendAll());
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (waiting.length === 1 && !busy) sendSoon();
    });
}
