"""The seat that performers appoint: pause new licences for them, and lift that."""
