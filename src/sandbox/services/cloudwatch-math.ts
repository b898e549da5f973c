/**
 * Metric math, the part the tool needs: ids, numbers, + - * /, FILL(m, number | REPEAT), and SUM, AVG, MIN, MAX over a list. A
 * time without data stays without data: an operation on it yields nothing, and so does a division by zero.
 */
export type Series = ReadonlyMap<number, number>
type Value = number | Series | readonly Series[]

/** The expression can't be read or evaluated; the sentence is for AWS's ValidationError. */
export class MathError extends Error {}

export interface MathScope {
  series(id: string): Series
  /** Every period of the asked range, for FILL; epoch ms, ascending. */
  readonly periods: readonly number[]
}

export function evaluateExpression(source: string, scope: MathScope): Series {
  const tokens = source.match(/\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_]*|[-+*/(),[\]]|\S/g) ?? []
  const reader = {tokens, at: 0}
  const value = sum(reader, scope)
  if (reader.at < tokens.length) throw new MathError(`Unexpected ${tokens[reader.at]} in expression ${source}`)
  if (!(value instanceof Map)) throw new MathError(`The expression ${source} doesn't yield a time series`)
  return value as Series
}

export function referencedIds(source: string): readonly string[] {
  return (source.match(/[a-z][A-Za-z0-9_]*/g) ?? []).filter((id, index, all) => all.indexOf(id) === index)
}

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

function take(reader: Reader, expected?: string): string {
  const token = reader.tokens[reader.at]
  if (token === undefined || (expected !== undefined && token !== expected)) {
    throw new MathError(`Expected ${expected ?? 'a value'}, found ${token ?? 'the end'}`)
  }
  reader.at += 1
  return token
}

function sum(reader: Reader, scope: MathScope): Value {
  let left = product(reader, scope)
  for (;;) {
    const operator = reader.tokens[reader.at]
    if (operator !== '+' && operator !== '-') return left
    reader.at += 1
    const right = product(reader, scope)
    left = combine(left, right, operator === '+' ? (a, b) => a + b : (a, b) => a - b)
  }
}

function product(reader: Reader, scope: MathScope): Value {
  let left = factor(reader, scope)
  for (;;) {
    const operator = reader.tokens[reader.at]
    if (operator !== '*' && operator !== '/') return left
    reader.at += 1
    const right = factor(reader, scope)
    left = combine(left, right, operator === '*' ? (a, b) => a * b : (a, b) => a / b)
  }
}

function factor(reader: Reader, scope: MathScope): Value {
  const token = take(reader)
  if (token === '-') return combine(0, factor(reader, scope), (a, b) => a - b)
  if (token === '(') {
    const inner = sum(reader, scope)
    take(reader, ')')
    return inner
  }
  if (token === '[') return list(reader, scope)
  if (/^\d/.test(token)) return Number(token)
  if (reader.tokens[reader.at] === '(') return call(token, reader, scope)
  if (/^[a-z]/.test(token)) return scope.series(token)
  throw new MathError(`Unexpected ${token}`)
}

function list(reader: Reader, scope: MathScope): readonly Series[] {
  const items: Series[] = []
  while (reader.tokens[reader.at] !== ']') {
    const item = sum(reader, scope)
    if (!(item instanceof Map)) throw new MathError('A list holds time series only')
    items.push(item as Series)
    if (reader.tokens[reader.at] === ',') reader.at += 1
  }
  take(reader, ']')
  return items
}

function call(name: string, reader: Reader, scope: MathScope): Value {
  take(reader, '(')
  if (name === 'FILL') {
    const series = sum(reader, scope)
    take(reader, ',')
    const repeat = reader.tokens[reader.at] === 'REPEAT'
    const filler = repeat ? take(reader) : sum(reader, scope)
    take(reader, ')')
    if (!(series instanceof Map) || (!repeat && typeof filler !== 'number')) {
      throw new MathError('FILL takes a time series and a number or REPEAT')
    }
    return fill(series as Series, typeof filler === 'number' ? filler : null, scope.periods)
  }
  const reduce = reducers[name]
  if (reduce === undefined) throw new MathError(`The sandbox doesn't model the function ${name}`)
  const argument = sum(reader, scope)
  take(reader, ')')
  if (Array.isArray(argument)) return acrossSeries(argument as readonly Series[], reduce)
  if (argument instanceof Map && argument.size > 0) return reduce([...(argument as Series).values()])
  throw new MathError(`${name} has nothing to work on`)
}

const reducers: Readonly<Record<string, (values: readonly number[]) => number>> = {
  SUM: (values) => values.reduce((so, one) => so + one, 0),
  AVG: (values) => values.reduce((so, one) => so + one, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
}

function acrossSeries(all: readonly Series[], reduce: (values: readonly number[]) => number): Series {
  const times = [...new Set(all.flatMap((one) => [...one.keys()]))]
  return new Map(times.map((time) => [time, reduce(all.flatMap((one) => one.get(time) ?? []))]))
}

/** `null` repeats the last value; before the first there is nothing to repeat. */
function fill(series: Series, filler: number | null, periods: readonly number[]): Series {
  const out = new Map<number, number>()
  let last: number | null = null
  for (const period of periods) {
    const value: number | null = series.get(period) ?? filler ?? last
    if (value !== null) out.set(period, value)
    last = value
  }
  return out
}

function combine(left: Value, right: Value, operate: (a: number, b: number) => number): Value {
  if (Array.isArray(left) || Array.isArray(right)) throw new MathError('Lists can only be given to functions')
  if (typeof left === 'number' && typeof right === 'number') return operate(left, right)
  const times = typeof left === 'number' ? [...(right as Series).keys()] : [...(left as Series).keys()]
  const at = (value: Value, time: number): number | undefined => (typeof value === 'number' ? value : (value as Series).get(time))
  const out = new Map<number, number>()
  for (const time of times) {
    const [a, b] = [at(left, time), at(right, time)]
    const result = a === undefined || b === undefined ? Number.NaN : operate(a, b)
    if (Number.isFinite(result)) out.set(time, result)
  }
  return out
}
