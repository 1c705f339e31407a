#![cfg_attr(all(fuzzing, feature = "libfuzzer"), no_main)]
event_datagram_fuzz::target!(FuzzTarget::DIAGNOSIS_MODEL);
