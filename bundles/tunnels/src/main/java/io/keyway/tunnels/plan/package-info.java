/**
 * Pure decisions: which children, holds and refusals follow from a tunnel's configuration and its
 * data plane's capabilities.
 */
package io.keyway.tunnels.plan;
