/**
 * Why Baton may not send to the address, or undefined when it may: `https:`, or `http:` to this machine or to a host
 * (`host` or `host:port`) of `allow_http`; nothing that gives a password away or leads to a cloud's metadata.
 */
export function problemWithAddress(address: string, allowHttp: readonly string[] = []): string | undefined {
  if (!URL.canParse(address)) return 'expected an address such as https://deploy.acme.example/hook';
  const { protocol, username, password, hostname, host } = new URL(address);
  if (username !== '' || password !== '') {
    return 'must not hold a user name or password; the target knows Baton by its signature';
  }
  if (/^[a-z+]*:\/\/[^/]*[^\p{ASCII}]/iu.test(address)) {
    return `has letters in its host that may be mistaken for others; if it is meant, write ${host}`;
  }
  if (METADATA.test(hostname)) return 'leads to the metadata of a cloud machine, which is never a target';
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return `must begin with https://, not with ${protocol}`;
  const allowed = new Set(allowHttp.map((name) => name.toLowerCase()));
  if (LOOPBACK.test(hostname) || allowed.has(hostname) || allowed.has(host)) return undefined;
  return `must begin with https://, or ${hostname} must be listed in allow_http`;
}

// The URL parser has already turned 0x7f.1 and 2130706433 into 127.0.0.1.
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const METADATA =
  /^(169\.254\.\d+\.\d+|metadata\.google\.internal|\[(fe[89ab][\da-f]:.*|::ffff:a9fe:.*|fd00:ec2::254)\])$/;
