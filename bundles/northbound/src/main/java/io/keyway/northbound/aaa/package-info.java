/** Guards the start of OpenDaylight's password service, without which RESTCONF lets nobody in. */
package io.keyway.northbound.aaa;
