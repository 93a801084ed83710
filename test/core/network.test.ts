import assert from 'node:assert/strict';
import { networkOf } from '../../core/network.ts';

describe('the network of an address', () => {
  it('is a /24 for IPv4, also inside IPv6', () => {
    for (const address of [
      '192.0.2.7',
      '192.0.2.7:4711',
      '::ffff:192.0.2.200',
      '::FFFF:c000:0201',
      '[::ffff:192.0.2.1]:80',
    ]) {
      assert.equal(networkOf(address), '192.0.2.0/24', address);
    }
  });

  it('is a /64 for IPv6, however it is written', () => {
    for (const address of [
      '2001:db8::1:0:0:1',
      '2001:0DB8:0:0:1::',
      '[2001:db8::1:2:3:4]:443',
      '2001:db8:0:0:1::7%eth0',
    ]) {
      assert.equal(networkOf(address), '2001:db8:0:0::/64', address);
    }
    assert.equal(networkOf('::1'), '0:0:0:0::/64');
    assert.equal(networkOf('1:2:3:4:5:6:7:8'), '1:2:3:4::/64');
    assert.equal(networkOf('2001:db8:0:1::1'), '2001:db8:0:1::/64');
  });

  it('is the text itself when that is no address', () => {
    for (const text of ['', 'unknown', '1.2.3', '[x]']) assert.equal(networkOf(text), text);
  });
});
