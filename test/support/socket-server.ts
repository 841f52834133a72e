import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const open: { server: Server; sockets: Socket[] }[] = [];

export function closeSocketServers(): void {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  }
}

/** Slack's side of Socket Mode: `send` gives an envelope to the app and resolves to what it answers. */
export async function socketServer() {
  const sockets: Socket[] = [];
  const server = createServer((_req, res) => {
    const { port } = server.address() as AddressInfo;
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/link` }));
  });
  server.on('upgrade', (req, socket: Socket) => {
    const key = `${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const head = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: upgrade'];
    socket.write([...head, `sec-websocket-accept: ${accept}`, '', ''].join('\r\n'));
    socket.write(frame({ type: 'hello' }));
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (((chunk[0] ?? 0) & 15) === 8) socket.end(Buffer.from([0x88, 0]));
    });
    sockets.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ server, sockets });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    send: async (type: string, payload: object): Promise<Record<string, unknown>> => {
      const [socket] = sockets;
      if (socket === undefined) throw new Error('No app is connected');
      socket.write(frame({ type, envelope_id: 'e-1', accepts_response_payload: true, payload }));
      for (;;) {
        const [chunk]: Buffer[] = await once(socket, 'data');
        const text = chunk === undefined ? undefined : textOf(chunk);
        if (text !== undefined) return JSON.parse(text);
      }
    },
  };
}

function frame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
  return payload.length < 126
    ? Buffer.from([0x81, payload.length, ...payload])
    : Buffer.concat([head, payload]);
}

/** The text of the first masked frame that has one; pings and the like may stand around it. */
function textOf(frames: Buffer): string | undefined {
  const [first = 0, second = 0] = frames;
  if (frames.length === 0) return undefined;
  const short = second & 127;
  const start = short === 126 ? 4 : 2;
  const length = short === 126 ? frames.readUInt16BE(2) : short;
  const mask = frames.subarray(start, start + 4);
  const end = start + 4 + length;
  if ((first & 15) !== 1) return textOf(frames.subarray(end));
  const payload = frames.subarray(start + 4, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.from(payload).toString();
}
