interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a function that takes one thing and settles as the `send` does that carried it. What comes while one `send` is
 * under way is sent together after it, so that in a burst one way to the store and back serves many, and each waits for
 * two at most; `most` of them go at once, and never more together.
 */
export function sendInLots<Item>(
  send: (items: readonly Item[]) => Promise<void>,
  most = Infinity,
): (item: Item) => Promise<void> {
  const waiting: Waiting<Item>[] = [];
  let underWay = 0;

  const sendLot = async () => {
    const lot = waiting.splice(0, most);
    underWay += 1;
    try {
      await send(lot.map(({ item }) => item));
      for (const { resolve } of lot) resolve();
    } catch (error) {
      for (const { reject } of lot) reject(error);
    } finally {
      underWay -= 1;
      sendSoon();
    }
  };
  // Behind what this turn of the event loop still reads, which so goes along.
  const sendSoon = () => setImmediate(() => underWay === 0 && waiting.length > 0 && void sendLot());
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (waiting.length >= most) void sendLot();
      else if (waiting.length === 1 && underWay === 0) sendSoon();
    });
}
