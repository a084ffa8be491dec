{-# LANGUAGE OverloadedStrings #-}
{-# LANGUAGE ScopedTypeVariables #-}
-- | An echo server with a green thread for every connection.
--
-- ghc -O1 -threaded -o server Server.hs && ./server
--   [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import qualified Data.ByteString as B
import qualified Data.ByteString.Char8 as C
import Data.IORef
import qualified Data.Map.Strict as M
import Network.Socket
import Network.Socket.ByteString (recv, sendAll)
import System.Environment (getArgs)
import System.Exit
import System.IO
import System.IO.Error (isAlreadyInUseError)
import System.Posix.Process (getProcessID)

faults :: [(String, String)]
faults =
  [ ("no-close", "after the client has closed, every Kth socket stays in CLOSE_WAIT")
  , ("no-close-rst", "after the client has reset, every Kth socket stays, in no table")
  , ("memory", "keeps --bytes bytes for every Kth connection")
  , ("graph", "keeps a session of some 10 KiB in many small objects for every Kth connection")
  , ("thunk", "counts connections in a sum that nobody ever asks for: a thunk for each")
  , ("thread-stays", "every Kth connection is closed, but its green thread waits for ever")
  , ("os-thread-stays", "and with it the thread of the operating system that it is bound to")
  , ("file", "opens a file on every Kth connection and keeps it")
  , ("crash", "exits on connection --at K")
  ]

data Visit = Visit {visitPath :: !String, visitTurn :: !Int}

data Kept = Bytes !B.ByteString | Session (M.Map String String) [Visit] | Open !Socket | File !Handle

type Kitchen = MVar (M.Map String Kept)

main :: IO ()
main = do
  arguments <- getArgs
  when ("--list-faults" `elem` arguments) $ mapM_ (putStrLn . fst) faults >> exitSuccess
  let options = M.fromList (pairs arguments)
      option name fallback = M.findWithDefault fallback ("--" ++ name) options
      number name fallback = read (option name (show (fallback :: Int))) :: Int
      fault = option "fault" ""
  unless (null fault || fault `elem` map fst faults) $
    hPutStrLn stderr ("no fault " ++ fault ++ " here") >> exitWith (ExitFailure 2)
  listener <- listenOn (option "host" "127.0.0.1") (number "port" 0)
  ownPort <- socketPort listener
  pid <- getProcessID
  putStrLn ("ready " ++ show ownPort ++ " " ++ show pid)
  hFlush stdout
  kept <- newMVar M.empty
  tally <- newIORef (0 :: Int)
  forM_ [1 ..] $ \turn -> do
    (socket', peer) <- acceptPatiently listener
    let strike = if turn `mod` number "every" 1 == 0 then fault else ""
    when (strike == "crash" && turn >= number "at" 1) $ exitWith (ExitFailure 1)
    when (strike == "thunk") $ modifyIORef tally (+ turn)
    let fork' = if strike == "os-thread-stays" then forkOS else forkIO
    void . fork' $ serve kept (show peer ++ "#" ++ show turn) strike (number "bytes" 1024) socket'

pairs :: [a] -> [(a, a)]
pairs (name : value : rest) = (name, value) : pairs rest
pairs _ = []

-- | Out of descriptors, or a client that has gone already: wait a moment and try again.
acceptPatiently :: Socket -> IO (Socket, SockAddr)
acceptPatiently listener =
  accept listener `catch` \(_ :: IOException) -> threadDelay 5000 >> acceptPatiently listener

serve :: Kitchen -> String -> String -> Int -> Socket -> IO ()
serve kept name strike size socket' = do
  case strike of
    -- Of the name: the same bytes for every connection would be made once, before the first.
    "memory" -> keep (Bytes (B.take size (B.concat (replicate (size `div` length name + 1) (C.pack name)))))
    "graph" -> keep =<< sessionOf name
    "file" -> openFile "/etc/passwd" ReadMode >>= keep . File
    _ -> pure ()
  reset <- (echo socket' >> pure False) `catch` \(_ :: IOException) -> pure True
  if (strike == "no-close" && not reset) || (strike == "no-close-rst" && reset)
    then keep (Open socket')
    else close socket'
  when (strike `elem` ["thread-stays", "os-thread-stays"]) . forever $ threadDelay 3600000000
  where
    -- Now: a map that nobody looks into would be kept as thunks, of 190 B each, whatever is to be in it.
    keep value = modifyMVar_ kept (\others -> pure $! M.insert name value others)

sessionOf :: String -> IO Kept
sessionOf name = do
  let headers = M.fromList [("x-header-" ++ show i, "value of " ++ name) | i <- [1 .. 4 :: Int]]
      visits = [Visit ("/articles/" ++ show i) i | i <- [1 .. 12]]
  _ <- evaluate (sum (map length (M.elems headers)) + sum (map (length . visitPath) visits))
  pure (Session headers visits)

echo :: Socket -> IO ()
echo socket' = do
  received <- recv socket' 4096
  unless (B.null received) $ sendAll socket' received >> echo socket'

-- | A free port below the ephemeral range, where no client's local port can collide with it.
listenOn :: String -> Int -> IO Socket
listenOn host wanted = do
  firstEphemeral <- read . head . words <$> readFile "/proc/sys/net/ipv4/ip_local_port_range"
  pid <- getProcessID
  attempt [10000 + (fromIntegral pid * 7919 + i * 104729) `mod` (firstEphemeral - 10000) | i <- [1 .. 100]]
  where
    attempt candidates = do
      let port' = if wanted /= 0 then wanted else head candidates
          hints = defaultHints {addrFlags = [AI_NUMERICHOST, AI_PASSIVE], addrSocketType = Stream}
      address : _ <- getAddrInfo (Just hints) (Just host) (Just (show port'))
      socket' <- openSocket address
      setSocketOption socket' ReuseAddr 1
      bound <- try (bind socket' (addrAddress address))
      case bound of
        Right () -> listen socket' 128 >> pure socket'
        Left (failure :: IOException)
          | isAlreadyInUseError failure && wanted == 0 -> close socket' >> attempt (tail candidates)
          | otherwise -> throwIO failure
