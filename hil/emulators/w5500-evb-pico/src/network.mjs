// The network behind the chip: QEMU without a machine, its user-mode network joined with a unix socket, straight or
// through a wire that somebody else holds.
//
// On a socket each frame has its length in front, four bytes. The machine's loopback is 10.0.2.2, as on a board that
// QEMU emulates.
import { spawn } from 'node:child_process';
import net from 'node:net';

const TRIES = 200, BETWEEN_TRIES = 25;

export class Network {
  #child;
  #socket;
  #rest = Buffer.alloc(0);
  onFrame = () => {};
  /** Called with the reason when the network ends by itself. */
  onEnd = () => {};

  /**
   * Starts QEMU (`qemu`) with `user`, the options of `-netdev user`, and speaks with it by a socket at `path`. Where there
   * is a `wire`, somebody listens at both: QEMU connects to that one, and we to `path`.
   */
  static async start({ qemu, user, path, wire }) {
    const network = new Network();
    const netdev = (...words) => ['-netdev', words.filter(Boolean).join(',')];
    network.#child = spawn(qemu, ['-M', 'none', '-nodefaults', '-display', 'none', '-monitor', 'none', '-serial', 'none',
      ...netdev('user', 'id=user', user), ...netdev('hubport', 'id=user-port', 'hubid=0', 'netdev=user'),
      ...netdev('stream', 'id=wire', `server=${wire ? 'off' : 'on'}`, 'addr.type=unix', `addr.path=${wire ?? path}`),
      ...netdev('hubport', 'id=wire-port', 'hubid=0', 'netdev=wire')], { stdio: ['ignore', 'ignore', 'pipe'] });
    // Also where this program ends by an error.
    process.on('exit', () => network.#child.kill());
    let errors = '';
    network.#child.stderr.on('data', (data) => { errors += data; });
    const ended = new Promise((resolve) => {
      network.#child.on('error', (error) => resolve(`${qemu} cannot start: ${error.message}`));
      network.#child.on('exit', (code) => resolve(`the network of ${qemu} ended with ${code}: ${errors.trim()}`));
    });
    let failure = null;
    ended.then((reason) => { failure = reason; network.onEnd(reason); });
    for (let tries = 0; tries < TRIES && !failure; tries++) {
      network.#socket = await connect(path);
      if (network.#socket) break;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES));
    }
    if (!network.#socket) {
      network.stop();
      throw new Error(failure ?? `${qemu} opened no socket at ${path}`);
    }
    network.#socket.on('data', (data) => network.#arrived(data));
    network.#socket.on('error', () => {});
    return network;
  }

  send(frame) {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(frame.length);
    this.#socket.write(Buffer.concat([header, frame]));
  }

  stop() {
    this.onEnd = () => {};
    this.#socket?.destroy();
    this.#child.kill();
  }

  #arrived(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUInt32BE();
      if (this.#rest.length < 4 + length) return;
      this.onFrame(this.#rest.subarray(4, 4 + length));
      this.#rest = this.#rest.subarray(4 + length);
    }
  }
}

function connect(path) {
  return new Promise((resolve) => {
    const socket = net.connect(path, () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}
