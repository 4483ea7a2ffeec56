/**
 * Guards the start of those services of OpenDaylight without which RESTCONF lets nobody in, or does
 * not come at all.
 */
package io.keyway.northbound.aaa;
