/**
 * Between the entries of module {@code keyway-ipsec} and the values of the api. Plain Java: entries
 * come and go as trees of leaves in the form that YANG writes them, so nothing here knows
 * OpenDaylight.
 */
package io.keyway.northbound.config;
