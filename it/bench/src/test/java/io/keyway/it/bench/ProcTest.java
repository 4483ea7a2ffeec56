package io.keyway.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ProcTest {
  @Test
  void readsTheCpuTimeAndMemoryThatTheJvmItselfSees() throws Exception {
    long self = ProcessHandle.current().pid();
    double before = Proc.cpuSeconds(self);
    assertThat(before).isPositive();
    Duration seen = ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    double after = Proc.cpuSeconds(self);
    assertThat(seen.toMillis() / 1e3).isBetween(before - 0.02, after + 0.02);
    double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1048576.0;
    assertThat(Proc.residentMib(self)).isGreaterThan(heap / 2);
    assertThat(Proc.residentMib(self)).isNotCloseTo(0, Offset.offset(1.0));
  }
}
