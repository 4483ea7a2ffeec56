/** Tests of the vRouter agent, which is no Java: built, and driven with packets, from here. */
package io.keyway.it.vrouter;
