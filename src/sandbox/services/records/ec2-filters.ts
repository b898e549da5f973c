/**
 * EC2's filters: all must hold, any value of one is enough, `*` and `?` are wildcards. A filter the describe doesn't know is
 * refused with EC2's words, never read over: that would answer too much.
 */
import type {Filter} from '@aws-sdk/client-ec2'
import {AwsFault} from '../../world/contract.ts'
import type {AccountRecord} from '../../world/contract.ts'

/** What a record has under the name of a filter; undefined: the describe has no such filter. */
export type FilterValues = (name: string) => readonly (string | undefined)[] | undefined

export function passes(filters: readonly Filter[] | undefined, tags: AccountRecord['tags'], values: FilterValues): boolean {
  return (filters ?? []).every((filter) => {
    const name = filter.Name ?? ''
    const present = tagValues(name, tags) ?? values(name) ?? []
    return (filter.Values ?? []).some((wanted) => present.some((one) => one !== undefined && matches(one, wanted)))
  })
}

export function refuseUnknown(filters: readonly Filter[] | undefined, values: FilterValues): void {
  for (const {Name = ''} of filters ?? []) {
    if (tagValues(Name, {}) === undefined && values(Name) === undefined) {
      throw new AwsFault('InvalidParameterValue', `The filter '${Name}' is invalid`)
    }
  }
}

function tagValues(name: string, tags: AccountRecord['tags']): readonly (string | undefined)[] | undefined {
  if (name === 'tag-key') return Object.keys(tags)
  if (name === 'tag-value') return Object.values(tags)
  return name.startsWith('tag:') ? [tags[name.slice(4)]] : undefined
}

function matches(value: string, wanted: string): boolean {
  if (!/[*?]/.test(wanted)) return value === wanted
  const pattern = wanted
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${pattern}$`).test(value)
}
