/**
 * Which network addresses the runtime may connect to. A deployment's address is given by whoever may register one; link-local
 * and metadata addresses of clouds would hand them the machine's credentials. Checked where the connection is made, on the
 * resolved address: a name that resolved to something harmless at registration may resolve otherwise now.
 */
import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export class AddressDenied extends Error {
  readonly code = 'ADDRESS_DENIED';
}

/** Loopback and private networks are where services run; they are allowed. */
const denied = new BlockList();
denied.addSubnet('169.254.0.0', 16, 'ipv4');
denied.addSubnet('fe80::', 10, 'ipv6');
// Metadata services outside of link-local: Amazon over IPv6, Alibaba, Azure, Oracle.
denied.addAddress('fd00:ec2::254', 'ipv6');
denied.addAddress('100.100.100.200', 'ipv4');
denied.addAddress('168.63.129.16', 'ipv4');
denied.addAddress('192.0.0.192', 'ipv4');
// The same, where an IPv6-only network translates addresses.
denied.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
denied.addAddress('64:ff9b::6464:64c8', 'ipv6');
denied.addAddress('64:ff9b::a83f:8110', 'ipv6');
denied.addAddress('64:ff9b::c000:c0', 'ipv6');
denied.addSubnet('224.0.0.0', 4, 'ipv4');
denied.addSubnet('ff00::', 8, 'ipv6');

/** True for addresses, not for names. */
export function isDeniedAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && denied.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Literal addresses never reach a lookup, so they are judged before. Throws `AddressDenied`. */
export function refuseDeniedHost(host: string): void {
  if (isDeniedAddress(host)) throw addressDenied(host, host);
}

/** A `lookup` for sockets that only ever answers allowed addresses. */
export const allowedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0);
    const allowed = addresses.filter((one) => !isDeniedAddress(one.address));
    const [first] = allowed;
    if (first === undefined) {
      const found = addresses.map((one) => one.address).join(', ');
      return callback(addressDenied(hostname, found), '', 0);
    }
    if (options.all === true) return callback(null, allowed);
    return callback(null, first.address, first.family);
  });
};

function addressDenied(host: string, address: string): AddressDenied {
  const place = host === address ? host : `${host} (${address})`;
  return new AddressDenied(`${place} is a link-local, multicast or metadata address, which deployments may not have`);
}
