import { describe, expect, it } from '@jest/globals';
import { isAllowedTarget } from '../../src/drivers/http.ts';

describe('where it may send to', () => {
  it.each<[string, boolean, string[]?]>([
    ['https://deploy.acme.example/hook', true],
    ['http://127.0.0.1:80/', true],
    ['http://0x7f.1/', true],
    ['http://localhost/', true],
    ['http://[::1]/', true],
    ['http://deploy.acme.example/', false],
    ['http://deploy.acme.example/', true, ['Deploy.acme.example']],
    ['http://deploy.acme.example:8080/', true, ['deploy.acme.example:8080']],
    ['http://evil.example/', false, ['deploy.acme.example']],
    ['http://127.0.0.1.evil.example/', false],
    ['http://169.254.169.254/', false],
    ['http://localhost.evil.example/', false],
    ['https://user:word@deploy.acme.example/', false],
    ['https://user@deploy.acme.example/', false],
    ['file:///etc/passwd', false],
    ['ftp://deploy.acme.example/', false],
    ['deploy.acme.example', false],
  ])('%s: %s', (address, allowed, hosts = []) => {
    expect(isAllowedTarget(address, hosts)).toBe(allowed);
  });
});
