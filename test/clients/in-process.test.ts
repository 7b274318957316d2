import { runTable } from './run-table.ts'
import { CLIENTS } from './table.ts'

runTable(CLIENTS.filter(({ way, name }) => way === 'HTTP' && !name.startsWith('Inspector')))
