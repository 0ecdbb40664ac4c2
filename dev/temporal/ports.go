package temporal

import (
	"errors"
	"fmt"
	"net"
)

// loopback is where everything listens that only this process talks to.
const loopback = "127.0.0.1"

// ports are the addresses of one start. Temporal opens its listeners itself,
// by number, so a port has to be found before and cannot be held until then.
type ports struct {
	frontend address
	// history, matching and worker are the internal services, on loopback.
	history, matching, worker address
}

// findPorts finds four different ports nobody listens on: the one wished for
// frontend, unless it is 0, and three for the internal services. An error names
// the option Frontend if that is what stands in the way.
func findPorts(frontend address) (_ ports, err error) {
	p := ports{
		frontend: frontend,
		history:  address{ip: loopback},
		matching: address{ip: loopback},
		worker:   address{ip: loopback},
	}
	// All four stay open until the last is found, so that they differ.
	var open []net.Listener
	defer func() {
		for _, l := range open {
			err = errors.Join(err, l.Close())
		}
	}()
	for _, a := range []*address{&p.frontend, &p.history, &p.matching, &p.worker} {
		l, err := net.Listen("tcp", a.String())
		if err != nil && a == &p.frontend {
			return ports{}, fmt.Errorf("listen on Frontend %s: %w", a, err)
		}
		if err != nil {
			return ports{}, fmt.Errorf("find free port: %w", err)
		}
		open = append(open, l)
		if a.port != 0 {
			continue
		}
		a.port = l.Addr().(*net.TCPAddr).Port
		if err := setAside(l, a.dial()); err != nil {
			return ports{}, fmt.Errorf("find free port: %w", err)
		}
	}
	return p, nil
}

// setAside keeps the kernel from handing out l's port as a free one to somebody
// else between l's end and the listener that takes its place. It leaves a
// connection behind that was closed by the listening side: while that waits out
// its last minute the port counts as used, except for those who ask for it by
// number.
func setAside(l net.Listener, dial string) error {
	near, err := net.Dial("tcp", dial)
	if err != nil {
		return err
	}
	far, err := l.Accept()
	if err != nil {
		return errors.Join(err, near.Close())
	}
	// The order matters: whoever closes first keeps the port.
	return errors.Join(far.Close(), near.Close())
}
