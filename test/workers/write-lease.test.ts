import { expect, onTestFinished, test, vi } from "vitest";
import { Turn } from "../../src/workers/write-lease.ts";
import { WriteLeaseQueue } from "../../src/workers/write-lease-queue.ts";

/** So many workers and their primary; `asked` counts the messages to it. */
function connected(count: number) {
  let asked = 0;
  const turns: Turn[] = [];
  const keeper = new WriteLeaseQueue((id, message) => turns[id]?.receive(message));
  for (let id = 0; id < count; id += 1) {
    turns.push(
      new Turn((message) => {
        asked += 1;
        keeper.receive(id, message);
      }),
    );
  }
  const took: number[] = [];
  /** Takes a turn, notes that, and does not end it. */
  const take = async (id: number) => {
    const end = await turns[id]?.take();
    took.push(id);
    return () => end?.();
  };
  return { keeper, turns, took, take, asked: () => asked };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("one that writes alone asks once", async () => {
  const { take, asked } = connected(2);
  for (let count = 0; count < 10; count += 1) (await take(0))();
  expect(asked()).toBe(1);
});

test("one has it at a time, in the order they asked, however soon the one before wants it again", async () => {
  const { take, took } = connected(3);
  const end = await take(0);
  const [second, third] = [take(1), take(2)];
  await settled();
  expect(took).toEqual([0]);
  end();
  const again = take(0);
  (await second)();
  (await third)();
  (await again)();
  (await take(0))();
  expect(took).toEqual([0, 1, 2, 0, 0]);
});

test("one that is kept and not used is given away when it is wanted", async () => {
  const { take, took } = connected(2);
  (await take(0))();
  (await take(1))();
  (await take(0))();
  expect(took).toEqual([0, 1, 0]);
});

test("those that end leave their turn, and their place, to the others", async () => {
  const { take, took, keeper } = connected(3);
  await take(0);
  void take(1);
  const third = take(2);
  keeper.leave(1);
  keeper.leave(0);
  (await third)();
  expect(took).toEqual([0, 2]);
});

test("one that does not give it back keeps the others waiting for two seconds", async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { take, took } = connected(2);
  const end = await take(0);
  const second = take(1);
  await vi.advanceTimersByTimeAsync(1_900);
  expect(took).toEqual([0]);
  await vi.advanceTimersByTimeAsync(200);
  const endSecond = await second;
  // Too late to mean anything.
  end();
  const again = take(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(took).toEqual([0, 1]);
  endSecond();
  await again;
  expect(took).toEqual([0, 1, 0]);
});

test("without a primary nobody waits", async () => {
  const { take, turns, took } = connected(2);
  await take(0);
  const second = take(1);
  turns[1]?.goAlone();
  (await second)();
  (await take(1))();
  expect(took).toEqual([0, 1, 1]);
});
