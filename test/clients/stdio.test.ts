import { runTable } from './run-table.ts'
import { CLIENTS } from './table.ts'

runTable(CLIENTS.filter(({ way }) => way === 'stdio'))
