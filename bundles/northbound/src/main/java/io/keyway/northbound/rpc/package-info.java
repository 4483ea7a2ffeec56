/** The operations that can be asked for from outside, without the form they are asked in. */
package io.keyway.northbound.rpc;
