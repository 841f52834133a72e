interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a function that takes one thing and settles as the `send` does that carried it. What comes in one turn of the event loop
 * is sent together: in a burst one way to the store and back serves many, and a single thing does not wait.
 */
export function sendInLots<Item>(
  send: (items: readonly Item[]) => Promise<void>,
): (item: Item) => Promise<void> {
  const waiting: Waiting<Item>[] = [];

  const sendAll = async () => {
    const lot = waiting.splice(0);
    try {
      await send(lot.map(({ item }) => item));
      for (const { resolve } of lot) resolve();
    } catch (error) {
      for (const { reject } of lot) reject(error);
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (waiting.length === 1) setImmediate(() => void sendAll());
    });
}
