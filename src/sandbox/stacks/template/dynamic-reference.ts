/** What a `{{resolve:…}}` in a template asks for. Pure: whoever has the parameter or the secret looks it up. */
import {notModelled, refuse} from './template-fault.ts'

export type DynamicReference =
  | {readonly kind: 'parameter'; readonly name: string; readonly version: string | undefined; readonly secure: boolean}
  /** `id` is a name or an ARN; `key` a member of the secret's JSON, the whole text when undefined. */
  | {
      readonly kind: 'secret'
      readonly id: string
      readonly key: string | undefined
      readonly stage: string | undefined
      readonly version: string | undefined
    }

/** Takes the reference with its braces. */
export function dynamicReference(text: string): DynamicReference {
  const [, service = '', rest = ''] = /^\{\{resolve:([^:}]+):([^}]+)\}\}$/.exec(text) ?? []
  if (service === 'ssm' || service === 'ssm-secure') {
    const [name = '', version] = rest.split(':')
    return {kind: 'parameter', name, version, secure: service === 'ssm-secure'}
  }
  if (service !== 'secretsmanager') {
    throw service === ''
      ? refuse(`Template error: ${text} is no dynamic reference`)
      : notModelled(`dynamic references to ${service}`)
  }
  // An ARN has six colons of its own.
  const parts = rest.split(':')
  const own = rest.startsWith('arn:') ? 7 : 1
  const [member = 'SecretString', key, stage, version] = parts.slice(own)
  if (member !== 'SecretString') throw refuse(`Template error: ${text} asks for ${member}: there is only SecretString`)
  const given = (part: string | undefined): string | undefined => (part === '' ? undefined : part)
  return {kind: 'secret', id: parts.slice(0, own).join(':'), key: given(key), stage: given(stage), version: given(version)}
}
