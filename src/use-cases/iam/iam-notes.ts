/** What managed policies are called, and what whoever puts them into an account has to know about them. Pure. */
import type {Written} from './iam-files.ts'
import {charactersOf, longestPolicy} from '../../runbooks/iam/policy-document.ts'
import {mostPerRole} from '../../runbooks/iam/policy-set.ts'
import type {ManagedPolicy} from '../../runbooks/iam/policy-set.ts'
import type {Where} from '../../runbooks/iam/where.ts'

/** A name has 128 characters at most, and a number may come after this one. */
const longestName = 120

/** `sluice-shop-production-dr-promote`; of several commands `…-operator`. */
export function policyName({service, environment}: Where, asked: readonly string[]): string {
  const what = asked.length === 1 ? (asked[0] ?? '').trim().replace(/[^A-Za-z0-9]+/g, '-') : 'operator'
  return `sluice-${service}-${environment}-${what}`.slice(0, longestName)
}

export function policyNotes(policy: object, policies: readonly ManagedPolicy[], written: Written | null): readonly string[] {
  const number = new Intl.NumberFormat('en')
  const count = policies.length
  const [whole, longest] = [number.format(charactersOf(policy)), number.format(longestPolicy)]
  return [
    ...(charactersOf(policy) <= longestPolicy
      ? []
      : count === 1
        ? [`Shortened from ${whole} characters to fit into one managed policy, which has at most ${longest}; it allows the same.`]
        : [
            `The policy has ${whole} characters and a managed policy at most ${longest}: these are ${count}, and a role needs all of them.`
              + (written === null ? ' With --output DIR they are files, with the commands that attach them.' : ''),
          ]),
    ...(count <= mostPerRole
      ? []
      : [
          `AWS attaches ${mostPerRole} managed policies to a role unless its quota is raised (IAM, managed policies attached to a role), and these are ${count}: `
            + 'raise it, or make a role for fewer commands.',
        ]),
    ...(written?.policies ?? []).map(({file, characters}) => `${file}: ${number.format(characters)} characters`),
    ...(written?.left ?? []).map(
      (file) => `${file} is of an earlier time and no part of this: detach and delete its policy, or what it allows stays.`,
    ),
  ]
}
