// DHCP as a network has it that is not as QEMU's: no server, or another lease.
const IPV4 = 0x0800, UDP = 17, SERVER = 67, CLIENT = 68;
const ETHERNET_BYTES = 14, YOUR_ADDRESS = 16, OPTIONS = 240;
const PAD = 0, LEASE_SECONDS = 51, RENEW_SECONDS = 58, REBIND_SECONDS = 59, END = 255;

/** The frame with the lease that `dhcp` says; nothing, if it is DHCP and `dhcp` is 'absent'; others as they are. */
export function withLease(frame, dhcp) {
  if (!dhcp || frame.length < ETHERNET_BYTES + 28 || frame.readUInt16BE(12) !== IPV4) return frame;
  const udp = ETHERNET_BYTES + (frame[ETHERNET_BYTES] & 0xf) * 4;
  if (frame[ETHERNET_BYTES + 9] !== UDP) return frame;
  const from = frame.readUInt16BE(udp), to = frame.readUInt16BE(udp + 2);
  const isOffer = from === SERVER && to === CLIENT, isAsked = from === CLIENT && to === SERVER;
  if (!isOffer && !isAsked) return frame;
  if (dhcp === 'absent') return null;
  if (isAsked) return frame;
  const changed = Buffer.from(frame), message = udp + 8;
  Buffer.from(dhcp.address.split('.').map(Number)).copy(changed, message + YOUR_ADDRESS);
  for (let at = message + OPTIONS; at < changed.length && changed[at] !== END;) {
    if (changed[at] === PAD) { at++; continue; }
    const seconds = { [LEASE_SECONDS]: 1, [RENEW_SECONDS]: 0.5, [REBIND_SECONDS]: 0.875 }[changed[at]];
    if (seconds) changed.writeUInt32BE(Math.round(dhcp.seconds * seconds), at + 2);
    at += 2 + changed[at + 1];
  }
  // A check sum of 0 is none.
  changed.writeUInt16BE(0, udp + 6);
  return changed;
}
