import { isIP } from 'node:net';

/** Some proxies forward an address with the port, which differs on each connection: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:([\d.]+):\d+|\[(.+)\](?::\d+)?)$/;

/**
 * The network that an address counts as: who has one address of a household or a small office has its neighbours too.
 * @returns an IPv4 /24 (`192.0.2.0/24`; IPv4 in IPv6 counts as IPv4) or an IPv6 /64 (`2001:db8:0:1::/64`); any other
 * text as it is
 */
export function networkOf(address: string): string {
  const bare = address.replace(WITH_PORT, '$1$2').replace(/%.*$/, ''); // without the zone of a link-local one
  if (isIP(bare) === 4) return network24(bare.split('.').map(Number));
  if (isIP(bare) !== 6) return address;
  const groups = groupsOf(bare);
  const [, , , , , mark, high = 0, low = 0] = groups;
  const isMapped = mark === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) return network24([high >> 8, high & 0xff, low >> 8]);
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

function network24([a = 0, b = 0, c = 0]: readonly number[]): string {
  return `${a}.${b}.${c}.0/24`;
}

/** The eight groups of an IPv6 address, however it is written. */
function groupsOf(address: string): number[] {
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1); // RFC 5952: no dotted ending
  const [head = [], tail = []] = plain.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}
