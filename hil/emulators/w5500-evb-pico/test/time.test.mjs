// The board's time against the wall clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chip } from '../support/chips.mjs';

const BRANCH_TO_SELF = 0xe7fe, WFE = 0xbf20, BRANCH_BACK = 0xe7fd;
const ALARM_MS = 10;
const milliseconds = (board) => board.clock.nanos / 1e6;
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const block = (time) => { for (const end = performance.now() + time; performance.now() < end;); };

/** A chip that runs until the test ends, whatever the end is. */
function running(test, ...instructions) {
  const board = chip(...instructions);
  test.after(() => board.stop());
  const start = performance.now();
  board.run();
  return { board, behind: () => performance.now() - start - milliseconds(board) };
}

/** Waits until it holds; a loaded machine may take its time. */
async function until(what, holds) {
  for (const end = performance.now() + 30_000; !holds();) {
    assert.ok(performance.now() < end, what);
    await pause(5);
  }
}

test('a chip that works is never ahead of the wall clock', async (test) => {
  const { board, behind } = running(test, BRANCH_TO_SELF);
  for (let count = 0; count < 10; count++) {
    await pause(20);
    // A slice of instructions may end after the clock was read.
    assert.ok(behind() >= -1.5, `${behind()} ms`);
  }
  assert.ok(milliseconds(board) > 0);
});

test('a chip that sleeps keeps up with the wall clock', async (test) => {
  const { behind } = running(test, WFE, BRANCH_BACK);
  await pause(200);
  await until('it does not keep up', () => behind() < 20);
  assert.ok(behind() >= -0.5, `${behind()} ms`);
});

test('after a pause of the host the chip catches up by its alarms, a quarter faster than the wall clock', async (test) => {
  const { board, behind } = running(test, WFE, BRANCH_BACK);
  const alarm = board.clock.createAlarm(() => alarm.schedule(ALARM_MS * 1e6));
  alarm.schedule(ALARM_MS * 1e6);
  await pause(50);
  block(300);
  const [from, at] = [milliseconds(board), performance.now()];
  assert.ok(behind() > 200, `${behind()} ms behind after the pause`);
  await pause(200);
  // The sleep that the pause was in ends at its alarm at once.
  const rate = (milliseconds(board) - from - ALARM_MS) / (performance.now() - at);
  assert.ok(rate <= 1.25, `${rate} times the wall clock`);
  await until('it never catches up', () => behind() < 20);
});
