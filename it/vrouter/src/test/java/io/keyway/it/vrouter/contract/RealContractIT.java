package io.keyway.it.vrouter.contract;

import io.keyway.it.vrouter.NotRun;
import io.keyway.plane.vrouter.ChangesContract;
import io.keyway.plane.vrouter.LifeContract;
import io.keyway.plane.vrouter.TestAgent;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The real agent keeps the contract that the agent of the plane's own tests keeps. */
@ExtendWith(NotRun.OfAgent.class)
@Timeout(120)
class RealContractIT {

  @Nested
  class ChangesByUnixSocket extends ChangesContract {
    @Override
    protected TestAgent agent() throws Exception {
      return RealAgent.byUnixSocket();
    }
  }

  @Nested
  class LivesByUnixSocket extends LifeContract {
    @Override
    protected TestAgent agent() throws Exception {
      return RealAgent.byUnixSocket();
    }
  }

  @Nested
  @ExtendWith(NotRun.Long.class)
  class ChangesByTls extends ChangesContract {
    @Override
    protected TestAgent agent() throws Exception {
      return RealAgent.byTls();
    }
  }

  @Nested
  @ExtendWith(NotRun.Long.class)
  class LivesByTls extends LifeContract {
    @Override
    protected TestAgent agent() throws Exception {
      return RealAgent.byTls();
    }
  }
}
