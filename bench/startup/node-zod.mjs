import 'zod'
import './node.mjs'
