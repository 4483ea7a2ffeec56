/** What is: the state of tunnels, SAs, policies, data planes and engines, kept in a state tree. */
package io.keyway.northbound.state;
