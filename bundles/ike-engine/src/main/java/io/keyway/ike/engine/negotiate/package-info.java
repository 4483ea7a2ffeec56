/**
 * Pure decisions of a negotiation: which proposal, which selectors, which identity, is there a NAT.
 * Everything here is a function of its arguments.
 */
package io.keyway.ike.engine.negotiate;
