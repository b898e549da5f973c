/** The README of an export: which stacks, in which order, by which commands of the AWS CLI. Pure. */
import type {StackConfig} from '../../config/stack-config.ts'
import {idOf, seedAmi} from './deployments.ts'
import type {Deployment} from './deployments.ts'

export function exportReadme(config: StackConfig, all: readonly Deployment[]): string {
  const regions = [config.region, ...(config.recovery === null ? [] : [config.recovery.region])]
  const peace = all.filter(({when}) => when === 'peace')
  const failover = all.filter(({when}) => when === 'failover')
  const drills = all.filter(({when}) => when === 'drill')
  return `${[
    `# The stack of ${config.service}, ${config.environment}`,
    'Written by `sluice infra export`. The templates are yours from here on. This order works by hand, with the AWS CLI (version 2), in this directory.',
    table(all),
    '## Before',
    before(regions),
    '## In this order',
    ...peace.map(
      (deployment, index) => `### ${index + 1}. ${deployment.kind} in ${deployment.region}\n\n${commands(config, deployment)}`,
    ),
    ...secondUpdates(config, peace),
    '## After',
    after(config),
    ...failover.map(
      (deployment) =>
        `## At a failover, and only then: ${deployment.kind} in ${deployment.region}\n\nPackage it in peace, so that nothing has to be uploaded then:\n\n${commands(config, deployment)}`,
    ),
    ...drills.map(
      (deployment) =>
        `## For a drill by hand: ${deployment.kind} in ${deployment.region}\n\n\`sluice dr drill\` does this by itself. By hand, fill in what only that moment knows, and delete the stack afterwards:\n\n${commands(config, deployment)}`,
    ),
  ].join('\n\n')}\n`
}

function table(all: readonly Deployment[]): string {
  const rows = all.map(
    (one) => `| \`${one.name}\` | ${one.region} | ${one.template} | ${one.needs.join(', ') || '–'} | ${one.when} |`,
  )
  return ['| stack | Region | template | after | when |', '|---|---|---|---|---|', ...rows].join('\n')
}

function before(regions: readonly string[]): string {
  const image = '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id'
  const seeds = regions.map(
    (region) =>
      `sed -i "s/${seedAmi}/$(aws ssm get-parameter --region ${region} --name ${image} --query Parameter.Value `
      + `--output text)/" ${region}/foundation.json`,
  )
  return [
    'Key policies name the role of Auto Scaling, which AWS makes once an account; '
      + 'ECS on EC2 needs trunking for more than two or three tasks a host. "Already there" is no failure:',
    shell([
      'aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com',
      ...regions.map((region) => `aws ecs put-account-setting-default --region ${region} --name awsvpcTrunking --value enabled`),
    ]),
    'The AMI that hosts start with. Do this once and keep the files: another value would put an old image back over a newer one.',
    shell(seeds),
  ].join('\n\n')
}

function commands(config: StackConfig, one: Deployment): string {
  const file =
    one.kind === 'main' || one.kind === 'surge' ? `${one.region}/${one.kind}.packaged.yaml` : `templates/${one.template}`
  const packaged = file.startsWith('templates/') ? [] : [packageCommand(one)]
  return [
    shell([...packaged, deployCommand(config, one, file, `${one.region}/${one.kind}.json`), ...protect(one)]),
    ...notes(one),
  ].join('\n\n')
}

const packageCommand = ({kind, region, template}: Deployment): string =>
  `aws cloudformation package --region ${region} --template-file templates/${template} `
  + `--s3-bucket "sluice-state-$(aws sts get-caller-identity --query Account --output text)-${region}" `
  + `--s3-prefix templates --output-template-file ${region}/${kind}.packaged.yaml`

/** Foundation and certificate are deployed with one's own rights, the others with the foundation's role. */
function deployCommand(config: StackConfig, {kind, region, name, when}: Deployment, file: string, parameters: string): string {
  const role =
    kind === 'foundation' || kind === 'certificate'
      ? ''
      : ` --role-arn "$(aws cloudformation describe-stacks --region ${region} `
        + `--stack-name ${config.service}-${config.environment}-foundation `
        + `--query "Stacks[0].Outputs[?OutputKey=='${when === 'peace' ? 'ExecutionRoleArn' : 'RecoveryExecutionRoleArn'}'].OutputValue" `
        + '--output text)"'
  return (
    `aws cloudformation deploy --region ${region} --stack-name ${name} --template-file ${file} `
    + `--parameter-overrides file://${parameters} --capabilities CAPABILITY_IAM${role} `
    + `--tags service=${config.service} environment=${config.environment} owner=sluice`
  )
}

function protect({kind, region, name}: Deployment): readonly string[] {
  if (kind === 'surge' || kind === 'drill') return []
  return [
    `aws cloudformation update-termination-protection --region ${region} --stack-name ${name} --enable-termination-protection`,
    `aws cloudformation set-stack-policy --region ${region} --stack-name ${name} `
      + '--stack-policy-body file://templates/stack-policy.json',
  ]
}

function notes({kind}: Deployment): readonly string[] {
  switch (kind) {
    case 'foundation':
      return [
        'A state bucket that `sluice` has made already is in the way: create the stack by a change set with `--import-existing-resources`, or set `CreateStateBucket` to `false`.',
      ]
    case 'certificate':
      return [
        'Its output `CertificateArn` belongs into `stack.siteCertificate` of sluice.yaml; export again, or there is no distribution yet.',
      ]
    case 'main':
      return ['A stack policy holds for one stack: set it on each nested stack too.']
    case 'replica':
      return ["After a promotion, don't update this stack before the failover is settled."]
    case 'drill':
      return [
        'Names that begin with `of-` are outputs of the main stack or properties of the replica; `Snapshot` is a snapshot in this Region.',
      ]
    case 'surge':
      return ["Moving to another shape than pilot-light: delete this stack first, or its routes are in the way of the master's."]
  }
}

function secondUpdates(config: StackConfig, peace: readonly Deployment[]): readonly string[] {
  const again = peace.filter(({then}) => then !== null)
  return again.map(
    (one) =>
      `### Then, once all of these are there: ${idOf(one)} again\n\nReplication back to the home Region.\n\n`
      + `${shell([deployCommand(config, one, `${one.region}/${one.kind}.packaged.yaml`, `${one.region}/${one.kind}.then.json`)])}`,
  )
}

function after(config: StackConfig): string {
  const account = '$(aws sts get-caller-identity --query Account --output text)'
  const {service, environment, region, recovery} = config
  const lines = [
    `aws s3 cp site/ "s3://${service}-${environment}-site-${account}-${region}/" --recursive --exclude "*" --include "*.html"`,
    ...[region, ...(recovery === null ? [] : [recovery.region])].map(
      (one) => `echo alive | aws s3 cp - "s3://${service}-${environment}-switch-${account}-${one}/alive"`,
    ),
  ]
  return [
    "The site's first pages, and the object by which health checks prove that they can read the switch bucket:",
    shell(lines),
    'Templates leave to `sluice` what a release changes: the slot services with their scaling, task definitions, and the live rule. Until they exist, the load balancer answers 503.',
    'The outputs of the main stack belong into sluice.yaml; each says where.',
  ].join('\n\n')
}

const shell = (lines: readonly string[]): string => ['```sh', ...lines, '```'].join('\n')
