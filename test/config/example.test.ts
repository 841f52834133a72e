import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';
import { configJsonSchema, type SchemaPart } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';

const text = readFileSync('baton.example.yml', 'utf8');

/** Every key of the schema as a path; a driver's keys by the driver's type, wherever it stands. */
function keysOf(part: SchemaPart, at = ''): string[] {
  const keys = Object.entries(part.properties ?? {}).flatMap(([key, inner]) => {
    return [`${at}.${key}`, ...keysOf(inner, `${at}.${key}`)];
  });
  const further = part.additionalProperties;
  const named = typeof further === 'object' && isSection(further) ? keysOf(further, `${at}.*`) : [];
  const items = part.items === undefined ? [] : keysOf(part.items, `${at}.*`);
  const kinds = (part.oneOf ?? []).flatMap((kind) =>
    keysOf(kind, `driver(${String(kind.properties?.['type']?.const)})`),
  );
  return [...keys, ...named, ...items, ...kinds];
}

function isSection(part: SchemaPart): boolean {
  return part.properties !== undefined || part.oneOf !== undefined;
}

function keysIn(value: unknown, schema: SchemaPart, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && schema.oneOf !== undefined) {
    return Object.keys(value).map((key) => `driver(${String(value.type)}).${key}`);
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const known = schema.properties?.[key];
    const further = schema.additionalProperties;
    const next = known ?? schema.items ?? (typeof further === 'object' ? further : {});
    const path = known === undefined ? `${at}.*` : `${at}.${key}`;
    return [path, ...keysIn(inner, next, path)];
  });
}

it('is a configuration that Baton takes', async () => {
  const { config } = await loadConfig('baton.example.yml');

  expect(Object.keys(config.environments)).toContain('production');
});

it('uses every key that there is', () => {
  const schema = configJsonSchema();
  const used = new Set(keysIn(parse(text), schema));
  const all = keysOf(schema);

  expect(all.length).toBeGreaterThan(60);
  expect(all.filter((key) => !used.has(key))).toEqual([]);
});

it('is good by the schema for editors, which also refuses an unknown key', () => {
  const ajv = new Ajv({ strict: false });
  ajvFormats.default(ajv);
  const validate = ajv.compile(configJsonSchema());

  validate(parse(text));
  expect(validate.errors).toBeNull();
  expect(validate({ ...parse(text), aprovals: 1 })).toBe(false);
});

it('tells editors where the schema is', () => {
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./baton.schema.json');
});

it('explains every key to editors', () => {
  const unexplained = undescribed(configJsonSchema());

  expect(unexplained).toEqual([]);
});

/** The drivers describe their own keys. */
function undescribed(part: SchemaPart, at = ''): string[] {
  if (part.oneOf !== undefined) return [];
  const own = Object.entries(part.properties ?? {}).flatMap(([key, inner]) => {
    const here = inner.description === undefined ? [`${at}.${key}`] : [];
    return [...here, ...undescribed(inner, `${at}.${key}`)];
  });
  const further = part.additionalProperties;
  return [
    ...own,
    ...[part.items, further].flatMap((inner) => (typeof inner === 'object' ? undescribed(inner, at) : [])),
  ];
}
