/**
 * The types a parameter can have, and what of them matters: whether it is a list, what its members look like, where its value
 * comes from.
 */

/** AWS-specific types → what a value of theirs looks like. */
const ids: Readonly<Record<string, RegExp>> = {
  'AWS::EC2::AvailabilityZone::Name': /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/,
  'AWS::EC2::Image::Id': /^ami-[0-9a-z]+$/,
  'AWS::EC2::Instance::Id': /^i-[0-9a-z]+$/,
  'AWS::EC2::KeyPair::KeyName': /./,
  'AWS::EC2::SecurityGroup::GroupName': /./,
  'AWS::EC2::SecurityGroup::Id': /^sg-[0-9a-z]+$/,
  'AWS::EC2::Subnet::Id': /^subnet-[0-9a-z]+$/,
  'AWS::EC2::VPC::Id': /^vpc-[0-9a-z]+$/,
  'AWS::EC2::Volume::Id': /^vol-[0-9a-z]+$/,
  'AWS::Route53::HostedZone::Id': /^Z[A-Z0-9]+$/,
  'AWS::SSM::Parameter::Name': /./,
}

export interface ParameterType {
  readonly list: boolean
  readonly number: boolean
  /** Whether the value is the name of an SSM parameter that holds the real one. */
  readonly stored: boolean
  /** What each member has to look like; undefined: anything. */
  readonly form: RegExp | undefined
}

/** Null: there is no such type. */
export function parameterType(type: string): ParameterType | null {
  const stored = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1]
  if (stored !== undefined) {
    const inner = parameterType(stored)
    return inner === null || inner.stored || inner.number ? null : {...inner, stored: true}
  }
  if (type === 'String') return {list: false, number: false, stored: false, form: undefined}
  if (type === 'Number') return {list: false, number: true, stored: false, form: undefined}
  if (type === 'CommaDelimitedList') return {list: true, number: false, stored: false, form: undefined}
  const member = /^List<(.+)>$/.exec(type)?.[1]
  if (member === 'Number' || member === 'String') return {list: true, number: member === 'Number', stored: false, form: undefined}
  const form = ids[member ?? type]
  return form === undefined ? null : {list: member !== undefined, number: false, stored: false, form}
}

/** A list parameter's text as its members. */
export const members = (text: string): readonly string[] => (text === '' ? [] : text.split(',').map((one) => one.trim()))
