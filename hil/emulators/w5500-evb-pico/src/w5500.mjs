// The W5500 in MACRAW: SPI with variable length, socket 0, INTn, RSTn, link.
//
// Sn_IR is a latch: it tells of arrivals, not of frames that wait. Frames leave through `onFrame(frame)` and come in
// through `receive(frame)`. `faults` says what goes wrong.
const COMMON = 0, SOCKET_0 = 1, TRANSMIT = 2, RECEIVE = 3;
const SHAR = 0x09, SIMR = 0x18, PHYCFGR = 0x2e, VERSIONR = 0x39;
const MODE = 0, COMMAND = 1, INTERRUPT = 2, STATUS = 3, RX_KIB = 0x1e, TX_KIB = 0x1f, TX_FREE = 0x20, TX_READ = 0x22,
  TX_WRITE = 0x24, RX_SIZE = 0x26, RX_READ = 0x28, RX_WRITE = 0x2a, MASK = 0x2c;
const OPEN = 0x01, CLOSE = 0x10, SEND = 0x20, TAKE = 0x40;
const MACRAW = 4, FILTER = 0x80, NO_IPV6 = 0x10, MACRAW_OPEN = 0x42;
const SENT = 0x10, RECEIVED = 0x04;
const MEMORY = 16 * 1024;

export class W5500 {
  onFrame = () => {};
  onInterrupt = () => {};
  /** Frames since power came: sent, received, dropped for want of room. */
  counts = { sent: 0, received: 0, dropped: 0 };
  /**
   * `stuck`: frames do not leave. `absent`: nothing answers on the bus. `length`: what the header of the next received
   * frame says, once, whatever its length is.
   */
  faults = { stuck: false, absent: false, length: null };
  link = true;

  constructor() { this.reset(); }

  reset() {
    this.common = new Uint8Array(0x40);
    this.common[VERSIONR] = 4;
    this.socket = new Uint8Array(0x30);
    this.socket[RX_KIB] = this.socket[TX_KIB] = 2;
    this.transmit = new Uint8Array(MEMORY);
    this.receiveBuffer = new Uint8Array(MEMORY);
    this.position = 0;
    this.#interrupt();
  }

  /** The chip is selected: what follows is a header, then data. */
  select() { this.position = 0; }

  /** A byte each way. */
  exchange(byte) {
    if (this.faults.absent) return 0xff;
    switch (this.position) {
      case 0: this.address = byte << 8; this.position = 1; return 1;
      case 1: this.address |= byte; this.position = 2; return 2;
      case 2: this.block = byte >> 3; this.writes = (byte & 4) !== 0; this.position = 3; return 3;
    }
    const address = this.address;
    this.address = (address + 1) & 0xffff;
    if (!this.writes) return this.#read(this.block, address);
    this.#write(this.block, address, byte);
    return 0;
  }

  /** A frame comes in from the wire. */
  receive(frame) {
    if (!this.link || this.socket[STATUS] !== MACRAW_OPEN || !this.#wanted(frame)) return;
    const size = this.#size(RX_KIB), used = this.#word(RX_SIZE), need = frame.length + 2;
    if (used + need > size) { this.counts.dropped++; return; }
    let at = this.#word(RX_WRITE);
    const said = this.faults.length ?? need;
    this.faults.length = null;
    for (const byte of [said >> 8, said & 0xff, ...frame]) {
      this.receiveBuffer[at & (size - 1)] = byte;
      at = (at + 1) & 0xffff;
    }
    this.#setWord(RX_WRITE, at);
    this.#setWord(RX_SIZE, used + need);
    this.socket[INTERRUPT] |= RECEIVED;
    this.counts.received++;
    this.#interrupt();
  }

  #wanted(frame) {
    const mode = this.socket[MODE];
    if (mode & NO_IPV6 && frame[12] === 0x86 && frame[13] === 0xdd) return false;
    if (!(mode & FILTER) || frame[0] & 1) return true;
    return this.common.subarray(SHAR, SHAR + 6).every((byte, index) => byte === frame[index]);
  }

  #read(block, address) {
    switch (block) {
      case COMMON: return address === PHYCFGR ? 0xb8 | (this.link ? 7 : 0) : this.common[address] ?? 0;
      case SOCKET_0:
        if (address === TX_FREE || address === TX_FREE + 1) {
          this.#setWord(TX_FREE, this.#size(TX_KIB) - ((this.#word(TX_WRITE) - this.#word(TX_READ)) & 0xffff));
        }
        return this.socket[address] ?? 0;
      case TRANSMIT: return this.transmit[address & (this.#size(TX_KIB) - 1)];
      case RECEIVE: return this.receiveBuffer[address & (this.#size(RX_KIB) - 1)];
      default: return 0;
    }
  }

  #write(block, address, value) {
    switch (block) {
      case COMMON:
        if (address === MODE && value & 0x80) return this.reset();
        if (address !== VERSIONR && address < this.common.length) this.common[address] = value;
        break;
      case SOCKET_0:
        if (address === COMMAND) this.#command(value);
        else if (address === INTERRUPT) this.socket[INTERRUPT] &= ~value;
        else if (address < this.socket.length) this.socket[address] = value;
        break;
      case TRANSMIT: this.transmit[address & (this.#size(TX_KIB) - 1)] = value; break;
    }
    this.#interrupt();
  }

  #command(command) {
    switch (command) {
      case OPEN:
        this.socket[STATUS] = (this.socket[MODE] & 0xf) === MACRAW ? MACRAW_OPEN : 0;
        for (const register of [TX_READ, TX_WRITE, RX_SIZE, RX_READ, RX_WRITE]) this.#setWord(register, 0);
        break;
      case CLOSE: this.socket[STATUS] = 0; break;
      case SEND: this.#send(); break;
      case TAKE: this.#setWord(RX_SIZE, (this.#word(RX_WRITE) - this.#word(RX_READ)) & 0xffff); break;
    }
  }

  #send() {
    if (this.faults.stuck) return;
    const from = this.#word(TX_READ), to = this.#word(TX_WRITE), mask = this.#size(TX_KIB) - 1;
    const frame = Buffer.alloc((to - from) & 0xffff);
    for (let index = 0; index < frame.length; index++) frame[index] = this.transmit[(from + index) & mask];
    this.#setWord(TX_READ, to);
    this.socket[INTERRUPT] |= SENT;
    if (!this.link) return;
    this.counts.sent++;
    this.onFrame(frame);
  }

  #interrupt() { this.onInterrupt((this.common[SIMR] & 1 && this.socket[INTERRUPT] & this.socket[MASK]) !== 0); }
  #size(register) { return this.socket[register] * 1024; }
  #word(at) { return (this.socket[at] << 8) | this.socket[at + 1]; }
  #setWord(at, value) { this.socket[at] = value >> 8; this.socket[at + 1] = value; }
}
