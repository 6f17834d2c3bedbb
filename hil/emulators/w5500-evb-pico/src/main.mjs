#!/usr/bin/env node
// The emulated W5500-EVB-Pico as a process: options say what it is made of, lines on standard input what happens to it.
//
//   node src/main.mjs --image ELF --flash FILE --keypad SOCKET --log FILE --network SOCKET [--wire SOCKET] [--qemu PROGRAM] [--user OPTIONS]
//
// With --wire somebody listens at both sockets and carries the frames from one to the other (network.mjs).
// Each line in is a JSON object, {"do": NAME, …}, and is answered by one line, {"ok": true, …} or {"error": TEXT}, in
// order. `tell()` below has the names. The first line out says that it is ready. It ends when standard input does.
import fs from 'node:fs';
import net from 'node:net';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { Board } from './board.mjs';
import { Network } from './network.mjs';

const text = { type: 'string' };
const { values: options } = parseArgs({
  options: { image: text, flash: text, keypad: text, log: text, network: text, wire: text, qemu: { ...text, default: 'qemu-system-arm' }, user: { ...text, default: '' } },
});
for (const name of ['image', 'flash', 'keypad', 'log', 'network']) {
  if (options[name] === undefined) fail(`--${name} is missing`);
}

const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
const board = open();
const log = fs.openSync(options.log, 'a');
board.onLog = (byte) => fs.writeSync(log, Uint8Array.of(byte));
let resets = 0;
board.onReset = () => { resets++; };

const network = await Network.start({ qemu: options.qemu, user: options.user, path: options.network, wire: options.wire })
  .catch((error) => fail(error.message));
network.onFrame = (frame) => board.wire.receive(frame);
network.onEnd = (reason) => fail(reason);
board.wire.toNetwork = (frame) => network.send(frame);

const keypad = net.createServer((socket) => {
  socket.on('data', (data) => board.type(data));
  socket.on('error', () => {});
});
await new Promise((resolve) => keypad.listen(options.keypad, resolve));

const actions = {
  power: ({ on }) => board.power(on),
  reset: () => board.reset(),
  key: ({ row, column, down }) => board.keys.set(row, column, down),
  link: ({ up }) => board.setLink(up),
  /** Frames that come in from the wire beside the network's own, in base64. */
  frames: ({ frames }) => { for (const frame of frames) board.wire.receive(Buffer.from(frame, 'base64')); },
  /** Broadcasts that come in from the wire from now on. */
  flood: ({ perSecond }) => board.wire.flood(perSecond),
  /** What goes wrong in the Ethernet chip from now on (w5500.mjs). */
  faults: ({ ethernet }) => { Object.assign(board.ethernet.faults, ethernet); },
  failPower: ({ writes }) => board.failPower(writes),
  /** Writes the picture, unless it is still that of this name. */
  picture: ({ file, unless }) => {
    const { pictureName: name } = board;
    if (name !== unless) fs.writeFileSync(file, board.panel.ppm());
    return { name };
  },
  memory: ({ address, length, file }) => fs.writeFileSync(file, board.memory(address, length)),
  goOn: ({ registers, memory }) => board.goOn(registers, memory),
  state: () => ({
    on: board.isOn, resets, cycles: board.chip?.cycles ?? 0, milliseconds: (board.chip?.clock.nanos ?? 0) / 1e6,
    pixels: board.panel?.written ?? 0, ethernet: board.ethernet.counts, wire: board.wire.counts,
  }),
};
const needsPower = new Set(['reset', 'key', 'picture', 'memory', 'goOn']);

function tell(line) {
  const { do: name, ...given } = JSON.parse(line);
  if (!Object.hasOwn(actions, name)) throw new Error(`no action ${name}`);
  if (needsPower.has(name) && !board.isOn) throw new Error(`${name}: the board is off`);
  return actions[name](given);
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  try {
    say({ ok: true, ...tell(line) });
  } catch (error) {
    say({ error: error.message });
  }
}).on('close', end);
process.on('SIGTERM', end);
say({ ready: true });

function open() {
  try {
    return new Board({ image: options.image, flashFile: options.flash });
  } catch (error) {
    return fail(error.message);
  }
}

function end() {
  board.power(false);
  network.stop();
  keypad.close();
  process.exit(0);
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
