#!/usr/bin/env node
// How long the phone over HTTPS lets people wait, in the board's own time. The image has the feature `tls`.
//
//   npm run https-speed -- --image ELF [--python PROGRAM] [--qemu PROGRAM]
//
// It fails if a figure is over its budget. PROGRAM is a Python with the package hotdesk-hil: the service is its simulator. Each
// figure is of a login, or a key, by a phone that
// - checks the service in full, for the service was started anew and knows no session of TLS, or
// - resumes the session before.
// A login asks for the profiles of its user before: two requests.
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { Stopwatch, report } from './stopwatch.mjs';

const { values: options } = parseArgs({
  options: { image: { type: 'string' }, python: { type: 'string', default: 'python3' }, qemu: { type: 'string', default: 'qemu-system-arm' } },
});

/** Milliseconds. */
const BUDGETS = {
  'login to "Logged in", service checked in full': 2200, 'login to "Logged in", session resumed': 300,
  'key to letter while the service is checked': 60,
};
/** Row and column in the matrix. */
const [SOFTKEY, DOWN, RIGHT] = [[0, 0], [2, 3], [4, 2]];
const [ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, NINE] = [[1, 0], [1, 1], [1, 2], [2, 0], [2, 1], [2, 2], [3, 0], [3, 2]];
/** mary and her PIN: she has one profile. They and the application user are those of the demo cluster. */
const USER = [SIX, TWO, SEVEN, SEVEN, SEVEN, NINE, NINE, NINE, RIGHT], PIN = [FIVE, FOUR, THREE, TWO, ONE];
const [QUESTION, LOGIN, LOGOUT] = [/ deviceUserQuery \S+ by emphone: success$/, / login \S+ mary by mary: success$/, / logout \S+ by emphone: success$/];
const APPLICATION = 'appID = emphone\nappCertificate = phone-demo-certificate\n';
/** The board's time, in milliseconds: until a key has the phone ask who is logged in, and how long a letter is waited for. */
const ASLEEP = 31_000, LETTER = 150;
/** And what a person takes to read a screen. */
const PERSON = 500;
const FROM_1900_TO_1970 = 2_208_988_800;
/** Of a frame: where TCP begins, and the kinds of TLS's records. */
const TCP = 14 + 20, HANDSHAKE = 0x16, DATA = 0x17;

/** The simulator, at the same ports and with the same authority each time it is started. */
class Service {
  #ports = ['0', '0'];
  lines = [];
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hotdesk-authority-'));

  get port() { return this.#ports[1]; }

  get certificate() { return fs.readFileSync(path.join(this.folder, 'ca.pem'), 'latin1'); }

  async start() {
    const words = ['-m', 'hotdesk_hil.emservice', '--port', this.#ports[0], '--tls-port', this.#ports[1], '--ca', this.folder];
    const env = { ...process.env, PYTHONUNBUFFERED: '1' };
    this.child = spawn(options.python, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const found = [];
    await new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('exit', (code) => reject(new Error(`the simulator ended with ${code}`)));
      const read = (line) => {
        this.lines.push(line);
        const listening = /^listening at https?:\/\/[^/]*:(\d+)/.exec(line);
        if (listening) found.push(listening[1]);
        if (found.length === 2) resolve();
      };
      for (const input of [this.child.stdout, this.child.stderr]) readline.createInterface({ input }).on('line', read);
    });
    this.#ports = found;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.removeAllListeners('exit').on('exit', resolve));
    this.child.kill();
    await ended;
  }

  /** What tells whether a line like this was told since now. */
  told(pattern) {
    const before = this.lines.length;
    return () => this.lines.slice(before).some((line) => pattern.test(line));
  }
}

/** Answers questions for the time (SNTP, RFC 4330). */
async function startClock() {
  const clock = dgram.createSocket('udp4');
  clock.on('message', (question, { port, address }) => {
    const answer = Buffer.alloc(48);
    answer.set([4 << 3 | 4, 2, 6, 0xec]);
    question.copy(answer, 24, 40, 48);
    for (const at of [32, 40]) answer.writeUInt32BE(Math.floor(Date.now() / 1000) + FROM_1900_TO_1970, at);
    clock.send(answer, port, address);
  });
  await new Promise((resolve) => clock.bind(0, '127.0.0.1', resolve));
  return clock;
}

const service = new Service();
await service.start();
const clock = await startClock();
const configuration = `service = https://10.0.2.2:${service.port}\nservice-ca = CERT1.PEM\nservice-name = localhost\n`
  + `timeServer = 10.0.2.2:${clock.address().port}\n${APPLICATION}`;
const watch = await Stopwatch.start({ ...options, configuration, certificate: service.certificate });

async function press(...keys) {
  for (const key of keys) await watch.press(key);
}

/** Logs mary in and out, and returns how long the login took. */
async function login() {
  await press(SOFTKEY, ...USER, DOWN, ...PIN);
  const took = await watch.measureUntil(SOFTKEY, service.told(LOGIN), 'the login');
  await press(SOFTKEY);
  await watch.wait(PERSON);
  await press(SOFTKEY);
  await watch.wait(PERSON);
  const isOut = service.told(LOGOUT);
  await press(SOFTKEY);
  await watch.until(isOut, 'the logout', 1000);
  await press(SOFTKEY);
  return took;
}

async function forget() {
  await service.stop();
  await service.start();
}

try {
  await watch.until(service.told(QUESTION), 'the first question', 1000);
  const figures = {};
  await forget();
  figures['login to "Logged in", service checked in full'] = await login();
  figures['login to "Logged in", session resumed'] = await login();
  await forget();
  watch.board.chip.advance(ASLEEP);
  let last = 0;
  const kinds = new Set([HANDSHAKE, DATA]);
  watch.onSent = (frame) => {
    const record = frame[TCP + 4 * (frame[TCP + 12] >> 4)];
    if (frame.length > TCP + 20 && kinds.has(record)) last = record;
  };
  await press(SOFTKEY);
  await watch.until(() => last === HANDSHAKE, 'the check of the service', 100);
  const letters = [];
  for (const key of [TWO, THREE, FOUR, FIVE, SIX, SEVEN]) {
    const took = watch.measure(key, LETTER);
    if (last === HANDSHAKE) letters.push(took);
  }
  if (letters.length < 3) throw new Error(`the service was checked before ${letters.length + 1} keys were pressed`);
  figures['key to letter while the service is checked'] = Math.max(...letters);
  report('w5500-evb-pico with `tls`', figures, BUDGETS);
} finally {
  watch.stop();
  clock.close();
  await service.stop();
  fs.rmSync(service.folder, { recursive: true });
}
