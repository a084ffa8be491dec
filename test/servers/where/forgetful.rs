// An echo server with a thread for every connection that forgets each socket whose client has closed.
//
//	rustc -g -o server forgetful.rs && ./server
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("ready {} {}", listener.local_addr().unwrap().port(), std::process::id());
    loop {
        let (stream, _) = listener.accept().unwrap(); // marker: made
        std::thread::spawn(move || serve(stream));
    }
}

fn serve(mut stream: TcpStream) {
    let mut buffer = [0; 512];
    loop {
        match stream.read(&mut buffer) { // marker: touched
            Ok(0) => return std::mem::forget(stream),
            Ok(count) => stream.write_all(&buffer[..count]).unwrap_or(()),
            Err(_) => return drop(stream),
        }
    }
}
