/**
 * The real agent and the plane that drives it, in one place without packets: what they owe each
 * other, over both ways of connecting, and what the agent makes of those who do not keep to it.
 */
package io.keyway.it.vrouter.contract;
