// What is said of an action that asks before anybody calls it, and what does not start.
import { createApp, field, file, type RouteOptions } from 'trefoil'
import { bearerAuth, AuthContext } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
