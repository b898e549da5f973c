/** What is said of a sandbox that is up: where it is, and the commands that one goes on with. Pure. */
import {downCommand} from './reach.ts'

interface Up {
  readonly name: string
  readonly endpoint: string
  readonly regions: readonly string[]
  readonly speed: number
  readonly world: 'shop' | 'empty'
}

export function upText({name, endpoint, regions, speed, world}: Up): string {
  const shop = [
    `  sluice sandbox status${name === 'default' ? '' : ` --name ${name}`}`,
    `  sluice init --sandbox ${name}`,
    `  sluice release shop/api:1.9.0 --sandbox ${name}`,
  ]
  const empty = [`  sluice init --stack --sandbox ${name}`, `  sluice infra up --sandbox ${name}`]
  return [
    `The sandbox ${name} is up: ${endpoint}, ${regions.join(' and ')}, clock × ${speed}.`,
    ...(world === 'shop' ? shop : empty),
    `  ${downCommand(name)}`,
  ].join('\n')
}
