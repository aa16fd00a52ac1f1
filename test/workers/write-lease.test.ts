import { expect, onTestFinished, test, vi } from "vitest";
import { QueuedWriteLease } from "../../src/workers/write-lease.ts";
import { WriteLeaseQueue } from "../../src/workers/write-lease-queue.ts";

/** So many processes and the queue of their primary; `messages` counts those to it. */
function connected(count: number) {
  let messages = 0;
  const leases: QueuedWriteLease[] = [];
  const queue = new WriteLeaseQueue((id, message) => leases[id]?.receive(message));
  for (let id = 0; id < count; id += 1) {
    leases.push(
      new QueuedWriteLease((message) => {
        messages += 1;
        queue.receive(id, message);
      }),
    );
  }
  const acquired: number[] = [];
  /** Notes that this process has it, and returns what releases it. */
  const acquire = async (id: number) => {
    const release = await leases[id]?.acquire();
    acquired.push(id);
    return () => release?.();
  };
  return { queue, leases, acquired, acquire, messages: () => messages };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a process that writes alone asks for the lease once", async () => {
  const { acquire, messages } = connected(2);
  for (let count = 0; count < 10; count += 1) (await acquire(0))();
  expect(messages()).toBe(1);
});

test("one has it at a time, in the order they asked, however soon the one before wants it again", async () => {
  const { acquire, acquired } = connected(3);
  const release = await acquire(0);
  const [second, third] = [acquire(1), acquire(2)];
  await settled();
  expect(acquired).toEqual([0]);
  release();
  const again = acquire(0);
  (await second)();
  (await third)();
  (await again)();
  (await acquire(0))();
  expect(acquired).toEqual([0, 1, 2, 0, 0]);
});

test("a lease that is not in use is passed on when another wants it", async () => {
  const { acquire, acquired } = connected(2);
  (await acquire(0))();
  (await acquire(1))();
  (await acquire(0))();
  expect(acquired).toEqual([0, 1, 0]);
});

test("processes that end leave the lease, and their place in the queue, to the others", async () => {
  const { acquire, acquired, queue } = connected(3);
  await acquire(0);
  void acquire(1);
  const third = acquire(2);
  queue.leave(1);
  queue.leave(0);
  (await third)();
  expect(acquired).toEqual([0, 2]);
});

test("a process that does not release it keeps the others waiting for two seconds", async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { acquire, acquired } = connected(2);
  const release = await acquire(0);
  const second = acquire(1);
  await vi.advanceTimersByTimeAsync(1_900);
  expect(acquired).toEqual([0]);
  await vi.advanceTimersByTimeAsync(200);
  const releaseSecond = await second;
  // Too late to mean anything.
  release();
  const again = acquire(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(acquired).toEqual([0, 1]);
  releaseSecond();
  await again;
  expect(acquired).toEqual([0, 1, 0]);
});

test("without a primary nobody waits", async () => {
  const { acquire, leases, acquired } = connected(2);
  await acquire(0);
  const second = acquire(1);
  leases[1]?.stopQueueing();
  (await second)();
  (await acquire(1))();
  expect(acquired).toEqual([0, 1, 1]);
});
