interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (result: Out) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One `run` at a time: what is asked for meanwhile is done together in the next one, in order, at most `limit` at once.
 * `run` gives one result for each item; when it fails, all of its items fail.
 */
export function inBatches<In, Out>(
  limit: number,
  run: (items: readonly In[]) => Promise<readonly Out[]>,
): (item: In) => Promise<Out> {
  const waiting: Waiting<In, Out>[] = [];
  let busy = false;

  const work = async () => {
    busy = true;
    while (waiting.length > 0) await settle(waiting.splice(0, limit), run);
    busy = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!busy) void work();
    });
}

async function settle<In, Out>(
  batch: readonly Waiting<In, Out>[],
  run: (items: readonly In[]) => Promise<readonly Out[]>,
): Promise<void> {
  try {
    const results = await run(batch.map(({ item }) => item));
    for (const [index, result] of results.entries()) batch[index]?.resolve(result);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
