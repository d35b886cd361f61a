# 窗口用语，简体中文。键与 en.ftl 相同。

research-use = 仅供研究使用，不用于诊断
back = 返回
done = 完成

first-title = 记录保存在哪里？
first-records = 加密保存在本机
first-records-body = 您打开和阅读的内容下次仍在，由您的姓名和口令保护。没有口令或恢复密钥，任何人都无法读取。
first-nothing = 不保存任何内容
first-nothing-body = 窗口关闭或锁定后，其中打开的一切都会消失。您的文件保持原样。

new-title = 您的姓名和口令
name = 姓名
passphrase = 口令
passphrase-again = 再次输入口令
passphrase-rule = 至少 { $wanted } 个字符。几个互不相关的词既牢固又好记。
passphrase-show = 显示
passphrase-hide = 隐藏
strength = { $score ->
    [0] 很弱
    [1] 弱
    [2] 一般
    [3] 好
   *[other] 强
}
strength-name = 口令强度
new-create = 创建
new-name-missing = 请输入姓名。
new-too-short = 已输入 { $found } 个字符，至少需要 { $wanted } 个
new-too-weak = 这个口令太容易被猜到。
new-different = 两次输入的口令不一致。

recovery-title = 您的恢复密钥
recovery-body = 忘记口令时可用它打开记录。它只在此时显示一次。请写在纸上，与本机分开保管。
recovery-print = 打印
recovery-printed = 已发送到打印机。
recovery-not-printed = 没有可用的打印机，请抄写下来。
recovery-noted = 我已抄写下来
recovery-go-on = 继续

sign-in-title = 登录
sign-in = 登录
sign-in-working = 正在核对…
trouble-wrong = 姓名或口令不正确。
trouble-wait = 尝试次数过多，请等待 { $seconds } 秒。
trouble-newer = 这些记录由更新版本的 Wardlight 写入，请启动该版本。
trouble-damaged = 记录已损坏，请恢复备份。
trouble-in-use = 另一个窗口正在使用这些记录。
trouble-storage = 无法在此读取或写入记录。

locked-title = 已锁定
locked-idle = { $minutes } 分钟无人使用窗口。
locked-suspended = 计算机进入了睡眠。
locked-session = 桌面已锁定。
locked-user = 屏幕已切换给其他用户。
locked-asked = 您锁定了窗口。
locked-who = 已登录：{ $name }
locked-unlock = 解锁
locked-switch = 以其他身份登录
locked-nothing = 未保存任何内容：请重新打开文件。
locked-open = 继续
locked-work = 训练或评估仍在进行。
lock-soon = { $seconds } 秒后锁定

safety-title = 锁定与语言
safety-language = 语言
safety-minutes = 无人使用多少分钟后锁定
safety-go-on = 锁定时训练和评估继续进行
safety-records = 记录
safety-records-kept = 加密保存在本机
safety-records-none = 不保存任何内容
safety-choose = 重新选择
safety-lock = 立即锁定
