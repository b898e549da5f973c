/**
 * Everything that `infra export` writes, as file name → text: templates, one parameters file per stack and Region, and a README
 * with the order. Pure; it refuses a parameter that its template doesn't have, or whose value the template wouldn't take.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Parameters, StackConfig} from '../../config/stack-config.ts'
import {deployments} from './deployments.ts'
import type {Deployment} from './deployments.ts'
import {exportReadme} from './export-readme.ts'
import {recipeVersion} from './recipe-version.ts'
import type {Files, Template} from './templates.ts'
import {parseTemplate} from './templates.ts'

export interface Exported {
  readonly files: Files
  readonly deployments: readonly Deployment[]
}

export function exportFiles(config: StackConfig, templates: Files, site: Files): Exported {
  const all = deployments(config, recipeVersion(templates.get('11-image-builder.yaml') ?? ''))
  const problems = all.flatMap((deployment) =>
    misfits(deployment, parseTemplate(templates.get(deployment.template) ?? 'Resources: {}')),
  )
  if (problems.length > 0) {
    throw new SluiceError({
      code: 'stack-parameters-invalid',
      exitCode: ExitCode.usage,
      message: "the templates can't be deployed with these parameters; nothing was written",
      details: [...new Set(problems)],
      suggestions: ['look at stack.parameters in sluice.yaml'],
    })
  }
  const parameters = all.flatMap((deployment) => [
    [parametersFile(deployment, 'first'), parametersJson(deployment.parameters)] as const,
    ...(deployment.then === null ? [] : [[parametersFile(deployment, 'then'), parametersJson(deployment.then)] as const]),
  ])
  const files = new Map([
    ['README.md', exportReadme(config, all)],
    ...[...templates].map(([name, text]) => [`templates/${name}`, text] as const),
    ...[...site].map(([name, text]) => [`site/${name}`, text] as const),
    ...parameters,
  ])
  return {files, deployments: all}
}

/** `eu-west-1/main.json`; `eu-west-1/main.then.json` for the second update. */
export function parametersFile({kind, region}: Deployment, which: 'first' | 'then'): string {
  return `${region}/${kind}${which === 'then' ? '.then' : ''}.json`
}

/** As `aws cloudformation … --parameters file://` takes it. */
export function parametersJson(parameters: Parameters): string {
  return `${JSON.stringify(
    Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ParameterKey, ParameterValue})),
    null,
    2,
  )}\n`
}

/** What CloudFormation would refuse, in its own terms. */
export function misfits(
  {template, parameters}: Pick<Deployment, 'template' | 'parameters'>,
  {Parameters = {}}: Template,
): readonly string[] {
  const given = Object.entries(parameters).flatMap(([name, value]) => {
    const known = Parameters[name]
    if (known === undefined) return [`${template} has no parameter ${name}`]
    if (known.AllowedValues !== undefined && !known.AllowedValues.map(String).includes(value))
      return [`${name}: ${value} isn't one of ${known.AllowedValues.join(', ')}`]
    if (known.AllowedPattern !== undefined && !new RegExp(known.AllowedPattern).test(value))
      return [`${name}: ${JSON.stringify(value)} doesn't match ${known.AllowedPattern}`]
    return known.Type === 'Number' && !/^-?\d+(\.\d+)?$/.test(value) ? [`${name}: ${JSON.stringify(value)} isn't a number`] : []
  })
  const lacking = Object.entries(Parameters).filter(
    ([name, {Default}]) => Default === undefined && parameters[name] === undefined,
  )
  return [...given, ...lacking.map(([name]) => `${template} needs the parameter ${name}`)]
}
