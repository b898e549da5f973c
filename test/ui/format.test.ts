import {expect, test} from 'vitest'
import * as format from '../../src/ui/format.ts'

test.each<[string, string, string]>([
  ['groups thousands with commas', format.count(1234567), '1,234,567'],
  ['leaves three digits alone', format.count(310), '310'],
  ['keeps the sign outside of the grouping', format.count(-1812), '-1,812'],
  ['says one thing in the singular', format.counted(1, 'request'), '1 request'],
  ['says none in the plural', format.counted(0, 'request'), '0 requests'],
  ['writes a rate with two decimals', format.rate(0.0009), '0.09 %'],
  ['writes a rate over ten percent with one', format.rate(0.5213), '52.1 %'],
  ['keeps zero a number', format.rate(0), '0.00 %'],
  ['never rounds a bad request away', format.rate(0.00001), '<0.01 %'],
  ['says when nothing was counted', format.rate(null), 'no data'],
  ['writes a limit as it was chosen', format.limit(0.005), '0.5 %'],
  ['hides the noise of binary fractions', format.limit(0.07), '7 %'],
  ['writes a share without a useless decimal', format.share(25), '25 %'],
  ['writes a measured share with one', format.share(24.83), '24.8 %'],
  ['writes seconds with their minutes', format.duration(11_000), '0m11s'],
  ['writes minutes', format.duration(250_999), '4m10s'],
  ['writes hours', format.duration(3_720_000), '1h02m'],
  ['never goes below zero', format.duration(-1), '0m00s'],
  ['says a chosen length in words', format.span(480_000), '8 min'],
  ['keeps half minutes of a short length', format.span(90_000), '1 min 30 s'],
  ['says hours from two on', format.span(9_000_000), '2 h 30 min'],
  ['writes the time of day in UTC', format.timeOfDay(Date.parse('2026-11-22T18:32:10+01:00')), '17:32:10Z'],
  ['writes a time for machines', format.isoTime(0), '1970-01-01T00:00:00Z'],
  ['writes a rate of requests', format.perMinute(6200), '6,200/min'],
  ['finds the tag behind a registry with a port', format.version('localhost:5000/shop/api:1.9.0'), '1.9.0'],
  ['shortens a digest', format.version('shop/api@sha256:ab12cd34ef56ab12cd34ef56'), 'sha256:ab12cd34'],
  ['prefers the tag to the digest', format.version('api:2@sha256:ab12cd34ef56'), '2'],
  ['leaves an image without either whole', format.version('shop/api'), 'shop/api'],
  ['writes an account in groups', format.account('111122223333'), '1111-2222-3333'],
  ['draws a curve whose highest value is full height', format.sparkline([0, 1, 4, 8]), '▁▂▅█'],
  ['draws a flat curve for nothing', format.sparkline([0, 0]), '▁▁'],
  [
    'takes escape codes and line breaks out of what others wrote',
    format.oneLine('a\u001b[31mb\r\n::error::c\u202e'),
    'ab ::error::c',
  ],
])('%s', (_, written, expected) => expect(written).toBe(expected))

test('tells two images apart that have the same tag', () =>
  expect(format.versions('shop/api:latest', 'other/api:latest')).toEqual({from: 'shop/api:latest', to: 'other/api:latest'}))
