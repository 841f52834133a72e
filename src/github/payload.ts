import { isAscii, isUtf8 } from 'node:buffer';
import { HttpError } from '../web/route.ts';

/**
 * The payload of a webhook: the body as JSON, or the `payload` of a form, which is what GitHub sends where nobody chose
 * a content type. Throws HttpError 415 for another type, 400 for what is no JSON object.
 */
export function readPayload(contentType: string | undefined, body: Buffer): object {
  const text = decode(body);
  const [type = ''] = (contentType ?? '').split(';');
  switch (type.trim().toLowerCase()) {
    case 'application/json':
      return parseObject(text);
    case 'application/x-www-form-urlencoded':
      return parseObject(onlyPayload(text));
    default:
      throw new HttpError(415, 'Set the content type of the webhook to application/json.');
  }
}

/** Most payloads are plain ASCII, which needs no decoding. */
function decode(body: Buffer): string {
  if (isAscii(body)) return body.toString('latin1');
  if (!isUtf8(body)) throw new HttpError(400, 'The body is not UTF-8.');
  return body.toString('utf8');
}

function onlyPayload(form: string): string {
  const [payload, ...more] = new URLSearchParams(form).getAll('payload');
  if (payload === undefined || more.length > 0) throw new HttpError(400, 'The form must have one payload.');
  return payload;
}

function parseObject(json: string): object {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new HttpError(400, 'The JSON cannot be read.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new HttpError(400, 'The JSON is not an object.');
}
