/** Which of the services that were found is meant. Pure; it never guesses between two. */
import {ExitCode, SluiceError} from '../errors.ts'
import {nearest} from '../nearest.ts'

export function chooseService<T extends {readonly service: string}>(
  found: readonly T[],
  wanted: string | undefined,
  region: string,
): T {
  const names = found.map(({service}) => service)
  if (found.length === 0) {
    throw new SluiceError({
      code: 'nothing-to-import',
      exitCode: ExitCode.usage,
      message: `No listener rule tagged sluice:live was found in ${region}.`,
      suggestions: [
        'tag the rule that forwards to both target groups: aws elbv2 add-tags --resource-arns RULE '
          + '--tags Key=sluice:live,Value=SERVICE',
        'sluice init --import --region OTHER',
      ],
    })
  }
  const matching = wanted === undefined ? found : found.filter(({service}) => service === wanted)
  const [only] = matching
  if (only !== undefined && matching.length === 1) return only
  if (only !== undefined) {
    const message =
      wanted === undefined
        ? `${found.length} services were found in ${region}: ${names.join(', ')}. Which one?`
        : `${matching.length} live rules in ${region} are tagged ${wanted}; one of them must go.`
    throw new SluiceError({
      code: 'several-services',
      exitCode: ExitCode.usage,
      message,
      suggestions: wanted === undefined ? names.map((name) => `sluice init --import --service ${name}`) : ['sluice doctor'],
    })
  }
  const close = nearest(wanted ?? '', names)
  throw new SluiceError({
    code: 'no-such-service',
    exitCode: ExitCode.usage,
    message: `There is no service ${wanted} in ${region}; found: ${names.join(', ')}.`,
    suggestions: (close.length > 0 ? close : names).map((name) => `sluice init --import --service ${name}`),
  })
}
